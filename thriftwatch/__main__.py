"""Run the command line as ``python -m thriftwatch``."""

from thriftwatch.cli import main

if __name__ == "__main__":
    main()
