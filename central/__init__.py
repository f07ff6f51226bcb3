"""The reference central server: receives entries, keeps them, counts ratings, shows them to those who may see them."""
