"""The workbench that families share: noise, filters, envelopes, modal banks, grains, voices. No family lives here."""
