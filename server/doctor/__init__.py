"""`kith doctor`: tests a running installation from beside it, and says in words for an operator what it found."""
