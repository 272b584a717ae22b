"""Plain HTTP: pages, starting a group, health, security headers."""
