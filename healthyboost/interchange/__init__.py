"""Content as a folder of YAML files that a person can read and write.

One object a file, `articles/final-event.yaml`; the file name is the object's key, and media files
lie beside the file that names them.

    shapes     what of a model stands in its file, derived from the model alone
    documents  the content of one object, from a file or from the database, in one form
    reading    folder to documents: syntax and names; `values`: types
    writing    documents to the database, all of them or none
    checking   what models and database say about them; `storing`: their files
    dumping    database to folder

No content type is named here: a new one is loaded and dumped at once.
"""
