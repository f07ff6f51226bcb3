"""What is for people: logging in, languages, pages beside the admin's own."""
