"""Putting a terminal into service: one pure model of steps, drawn by a touch wizard or asked as plain prompts."""
