"""What people see and read: faces and message catalogues. Imports nothing of ours."""
