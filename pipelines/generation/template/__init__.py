"""Records written from reviewed wordings and structured facts alone: no model, no network, the same every time."""
