"""Contact sheets: a page on which a person sees what was read and rendered, with the labels that the source gives."""
