"""The workbench that families share: noise, filters, envelopes, modal banks, grains and voices. No family lives here."""
