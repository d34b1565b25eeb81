"""How an item is shown to a model: as it is, or changed in one respect so that the change in the answer says something."""
