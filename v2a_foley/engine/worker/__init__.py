"""The worker process: what it is asked and answers, and how it is started, heard and ended. Importing it is light."""
