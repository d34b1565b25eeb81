"""Groups of LUMIERE: one subject's glioblastoma in several MRI sequences, before and after surgery, and from visit to visit."""
