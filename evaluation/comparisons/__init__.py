"""Two ways of answering the same items against each other: paired tests, Holm over many columns, intervals of differences."""
