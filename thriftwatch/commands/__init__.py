"""The commands of the program, one a module; `thriftwatch.cli` puts them together.

A command imports what it works with when it runs, so that help and errors are instant.
"""
