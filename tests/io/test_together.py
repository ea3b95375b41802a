"""Files that belong together are opened as one space."""

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidFile
from core.io import read_many


@pytest.fixture
def save(tmp_path):
    def save(name: str, content) -> object:
        file = tmp_path / name
        match content:
            case np.ndarray():
                np.save(file, content)
            case pd.DataFrame():
                content.to_csv(file, index=False, sep="\t" if file.suffix == ".tsv" else ",")
            case str():
                file.write_text(content)
        return file

    return save


def test_tensorboard_vectors_and_metadata_are_one_space(tmp_path, save, vectors, species):
    np.savetxt(tmp_path / "vectors.tsv", vectors, delimiter="\t")
    table = pd.DataFrame({"label": species, "year": range(1990, 2014)})
    metadata = save("metadata.tsv", table)
    for paths in ([tmp_path / "vectors.tsv", metadata], [metadata, tmp_path / "vectors.tsv"]):
        (opened,) = read_many(paths)
        np.testing.assert_array_equal(opened.vectors, vectors)
        assert opened.items["label"].tolist() == species and opened.name == "vectors"
        assert opened.items["year"].tolist() == list(range(1990, 2014))


def test_metadata_of_one_column_has_no_name_in_tensorboard(tmp_path, save, vectors, species):
    np.savetxt(tmp_path / "vectors.tsv", vectors, delimiter="\t")
    metadata = save("metadata.tsv", "\n".join(species) + "\n")
    (opened,) = read_many([tmp_path / "vectors.tsv", metadata])
    assert opened.items.iloc[:, 0].tolist() == species
    metadata = save("metadata.tsv", "breed\n" + "\n".join(species) + "\n")
    (opened,) = read_many([tmp_path / "vectors.tsv", metadata])
    assert opened.items["breed"].tolist() == species


def test_labels_beside_an_array_are_its_labels(save, vectors, species):
    files = [
        save("clip.npy", vectors),
        save("clip_labels.npy", np.array(species)),
        save("captions.txt", "\n".join(f"the caption of item {i}" for i in range(24))),
        save("sizes.npy", np.arange(1, 25)[:, None]),
    ]
    (opened,) = read_many(files)
    assert opened.roles == {"label": "labels", "text": "captions"}
    assert opened.items["sizes"].tolist() == list(range(1, 25))


def test_coordinates_in_a_table_do_not_make_it_a_space_of_its_own(save, vectors, species):
    table = pd.DataFrame({"umap_1": range(24), "umap_2": range(24), "label": species})
    (opened,) = read_many([save("a.npy", vectors), save("a.csv", table)])
    assert opened.chosen == "a" and opened.roles == {"label": "label"}
    assert [choice.name for choice in opened.choices] == ["a", "umap (2 columns)"]


def test_a_table_goes_to_the_file_of_its_name_else_to_all_that_fit(save, vectors, species):
    table = pd.DataFrame({"label": species})
    files = [save("a.npy", vectors), save("b.npy", vectors * 2), save("c.npy", vectors[:9])]
    first, second, third = read_many([*files, save("b_items.csv", table)])
    assert "label" in second.items and "label" not in first.items
    first, second, third = read_many([*files, save("items.csv", table)])
    assert "label" in second.items and "label" in first.items
    assert len(third.items.columns) == 0


def test_two_modalities_in_two_files_are_a_joint_space(save, vectors):
    files = [save("images_clip.npy", vectors), save("texts_clip.npy", vectors[::-1].copy())]
    captions = save("captions.txt", "\n".join(f"the caption of item {i}" for i in range(24)))
    (opened,) = read_many([*files, captions])
    np.testing.assert_array_equal(opened.vectors, np.vstack([vectors, vectors[::-1]]))
    assert opened.name == "clip"
    assert opened.roles == {"modality": "modality", "pair": "pair", "text": "captions"}
    assert opened.items["captions"].isna().sum() == 24


def test_tables_of_two_modalities_join_with_their_columns(tmp_path, vectors, species):
    for modality, more in (("image", {"file": "a.png"}), ("text", {"caption": "some text here"})):
        table = pd.DataFrame({"emb": list(vectors), "label": species, **more})
        table.to_parquet(tmp_path / f"{modality}.parquet")
    (opened,) = read_many([tmp_path / "image.parquet", tmp_path / "text.parquet"])
    assert opened.vectors.shape == (48, 6) and opened.name == "image + text"
    assert opened.items["label"].tolist() == species * 2
    assert opened.items["caption"].isna().tolist() == [True] * 24 + [False] * 24


def test_other_files_are_spaces_of_their_own(save, vectors):
    files = [save("a.npy", vectors), save("b.npy", vectors[:, :3].copy())]
    assert [opened.name for opened in read_many(files)] == ["a", "b"]
    assert read_many([]) == ()


def test_a_table_that_fits_no_file_is_refused_with_both_counts(save, vectors):
    table = save("items.csv", pd.DataFrame({"label": list("ab" * 5), "name": list("cd" * 5)}))
    with pytest.raises(InvalidFile, match=r"'items.csv'.* 10 rows.*'a.npy' has 24"):
        read_many([save("a.npy", vectors), table])


def test_tables_without_vectors_are_refused_one_by_one(save):
    table = save("items.csv", pd.DataFrame({"label": list("ab" * 5), "name": list("cd" * 5)}))
    with pytest.raises(InvalidFile, match="holds no vectors"):
        read_many([table])
