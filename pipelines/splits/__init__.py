"""Where subjects may be used, who is one person with whom, and what two sides of a data set share although they must not."""
