"""`python -m istiolint`, the same as the `istiolint` command."""

from istiolint.cli.main import main

if __name__ == "__main__":
    main()
