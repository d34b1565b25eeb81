"""Image groups: which two or three images stand together, and the facts that a question about them rests on."""
