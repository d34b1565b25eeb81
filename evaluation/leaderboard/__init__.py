"""All models' scores as one table: with its controls, as text and as a picture."""
