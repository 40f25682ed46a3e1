"""The money of one investment, exactly: grants and partners, charges, what bonds can finance, who may pay (docs/method.md)."""
