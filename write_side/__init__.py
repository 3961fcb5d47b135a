"""What may happen: commands become facts, or are refused."""
