"""What rules without images reach: the rows that every score must be read against."""
