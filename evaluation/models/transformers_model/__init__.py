"""Models that transformers loads, by folder or by their name on the hub: what they are, how they are asked, how they answer."""
