"""Records: the questions, options and answers that are written for an image group."""
