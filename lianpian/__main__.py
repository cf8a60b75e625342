"""`python -m lianpian` is the command line."""

from lianpian.cli import main

main()
