"""The front door: job, pipeline, command line, made city."""
