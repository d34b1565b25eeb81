"""What the pictures of this package share."""
