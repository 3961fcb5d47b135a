"""How cost grows: with sections, with facts, with subscribers."""
