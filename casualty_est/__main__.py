"""`python -m casualty_est` is the command `casualty-est`."""

from casualty_est.cli.main import main

if __name__ == "__main__":
    main()
