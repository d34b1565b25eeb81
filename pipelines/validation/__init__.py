"""Validation: one small rule per way in which a record can be wrong, and the numbers that tell on a whole data set."""
