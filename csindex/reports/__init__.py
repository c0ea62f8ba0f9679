"""Reports: a result as a document for readers, in English and Korean."""
