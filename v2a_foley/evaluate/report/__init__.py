"""The report: one HTML file that holds everything it shows. What is in it is decided elsewhere."""
