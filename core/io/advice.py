"""What to do with a file that is not read: the lines that make one of it that is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PICKLE = (
    "A pickle can run any code and is never opened. If you trust it, in Python: "
    'data = pickle.load(open({name!r}, "rb")); numpy.savez({npz!r}, **data)  # arrays; '
    "pandas.DataFrame(data).to_parquet({parquet!r})  # a table."
)
_GENSIM = (
    "It holds a pickle, which can run any code and is never opened. If you trust it, in Python: "
    "vectors = gensim.models.KeyedVectors.load({name!r}); "
    "vectors.save_word2vec_format({bin!r}, binary=True)."
)
_BY_SUFFIX: Mapping[tuple[str, ...], str] = {
    (".pkl", ".pickle", ".p", ".joblib", ".dill"): _PICKLE,
    (".kv", ".model", ".wordvectors"): _GENSIM,
    (".ann", ".annoy"): (
        "In Python: index = annoy.AnnoyIndex(n_dims, metric); index.load({name!r}); "
        "numpy.save({npy!r}, [index.get_item_vector(i) for i in "
        "range(index.get_n_items())])."
    ),
    (".hnsw", ".usearch"): (
        "In Python: load the index with its library; numpy.save({npy!r}, "
        "index.get_items(range(index.get_current_count())))."
    ),
    (".sqlite", ".sqlite3", ".db", ".duckdb"): (
        "In Python: table = pandas.read_sql('select * from TABLE', sqlite3.connect({name!r})); "
        "table.to_parquet({parquet!r})."
    ),
    (".xlsx", ".xls", ".ods"): (
        "In Python: table = pandas.read_excel({name!r}); table.to_csv({csv!r})."
    ),
    (".mat",): (
        "In Python: data = scipy.io.loadmat({name!r}); numpy.savez({npz!r}, vectors=data['NAME'])."
    ),
    (".rds", ".rdata", ".rda"): ("In R: data <- readRDS('{name}'); write.csv(data, '{stem}.csv')."),
    (".zip", ".tar", ".tgz", ".7z", ".rar"): "Unpack the archive first.",
    (".lance",): (
        "In Python: table = lance.dataset({name!r}).to_table(); "
        "pyarrow.parquet.write_table(table, {parquet!r})."
    ),
    (".zarr",): ("In Python: array = zarr.open({name!r})['NAME']; numpy.save({npy!r}, array[:])."),
    (".orc", ".avro"): "Save the table as .parquet.",
    (".tfrecord", ".tfrecords", ".ckpt", ".onnx", ".pb", ".gguf"): (
        "It holds a model or its input: compute the vectors, and numpy.save them."
    ),
    (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"): (
        "Vectors are opened here: pictures have to be encoded first."
    ),
}
_BY_CONTENT: Mapping[str, str] = {
    "a pickle": _PICKLE,
    "an HDF5 file": "Rename it to end in .h5.",
    "a Feather file of version 1": "Save it again with a recent pyarrow, or as .parquet.",
    "a picture": "Vectors are opened here: pictures have to be encoded first.",
    "text in UTF-16": "Save it as UTF-8.",
    "a PDF document": "Save its text as .txt, and encode it.",
    "a SQLite database": (
        "In Python: table = pandas.read_sql('select * from TABLE', sqlite3.connect({name!r})); "
        "table.to_parquet({parquet!r})."
    ),
}
_MADE = ("npz", "npy", "parquet", "csv", "bin", "json")
CHROMA = (
    "In Python: found = chromadb.PersistentClient({name!r}).get_collection(NAME).get(include="
    "['embeddings', 'documents', 'metadatas']); found['embeddings'] = "
    "found['embeddings'].tolist(); json.dump(found, open({json!r}, 'w'))."
)
SPARSE = "In Python: numpy.save({npy!r}, scipy.sparse.load_npz({name!r}).toarray())."
LANCE = (
    "In Python: table = lancedb.connect({name!r}).open_table(NAME).to_arrow(); "
    "pyarrow.parquet.write_table(table, {parquet!r})."
)


def advice(path: Path, content: str | None = None) -> str | None:
    """What makes a file that is read of one that is not; None if that is not known."""
    suffix = path.suffix.lower()
    by_suffix = next((said for known, said in _BY_SUFFIX.items() if suffix in known), None)
    text = _BY_CONTENT.get(content or "", by_suffix)
    if by_suffix == _GENSIM and content == "a pickle":
        text = by_suffix
    return None if text is None else filled(text, path)


def filled(text: str, path: Path) -> str:
    """Advice with the name of the file in it, and of the files that it makes."""
    made = {kind: f"{path.stem}.{kind}" for kind in _MADE}
    return text.format(name=path.name, stem=path.stem, **made)
