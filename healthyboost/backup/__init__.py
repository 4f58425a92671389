"""Database and media in one archive, and back again.

An archive is a ZIP file: `database/<table>.copy` (PostgreSQL's COPY text format, data only), `media/<file>`
and `manifest.json`: the migrations that had been applied, columns, numbers of rows, sequences, and size
and SHA-256 of each part. Tables are made by `migrate`, so an archive fits any version of PostgreSQL.
"""
