"""The study before any number is computed: kinds, bridges, the ledger."""
