"""What answers a benchmark: rules, files of answers made elsewhere, endpoints, models of transformers."""
