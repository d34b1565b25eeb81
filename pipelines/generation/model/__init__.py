"""Records worded by a language model; their closed keys still come from structured facts."""
