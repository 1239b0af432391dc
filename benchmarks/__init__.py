"""What is measured about the program, and the worlds that it is measured on."""
