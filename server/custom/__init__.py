"""What an organisation makes its own without changing the program: name, colours, logo, agreement, languages."""
