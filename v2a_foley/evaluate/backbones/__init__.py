"""Networks that listen for the sake of measuring: each figure names the one that it rests on."""
