"""Making a mapper: pairs out of clips or captions, and a network that learns them. Measuring one is ``evaluate``'s."""
