"""Groups of ODIR-5K: the two fundus photographs of one person."""
