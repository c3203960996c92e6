# ruff: noqa: E501
"""Small journal tables in every shape that publishers have; all journals in them are invented."""

from __future__ import annotations

from pathlib import Path

JCR_2023 = """\
Journal,Country,ISSN,EISSN,Web of Science, IF(2023),Category,IF Quartile(2023),Category Rank(2023)
ANNALS OF IMAGINARY MEDICINE,UTOPIA,1111-1111,1111-112X,SCIE,12.3,"MEDICINE, GENERAL & INTERNAL",Q1,4/325
GAZETTE OF FABLED SURGERY,UTOPIA,2222-2222,N/A,ESCI,<0.1,SURGERY,Q4,45321
UNRANKED LETTERS,UTOPIA,,,AHCI,N/A,,N/A,
"""
JCR_2024 = """\
Journal,ISSN,eISSN,Category,IF(2024),IF Quartile(2024),IF Rank(2024)
Annals of Imaginary Medicine,1111-1111,1111-112X,"MEDICINE, GENERAL & INTERNAL(SCIE);ONCOLOGY(SCIE)",14,Q1,3/326
Gazette of Fabled Surgery,2222-2222,N/A,SURGERY(ESCI),0.4,Q3,120/210
"""
JCR_2025 = """\
Journal,ISSN,EISSN,Web of Science,IF(2025),Category_1,IF Quartile(2025)_1,IF Rank(2025)_1,Category_2,IF Quartile(2025)_2,IF Rank(2025)_2
Annals of Imaginary Medicine,1111-1111,1111-112X,SCIE,15.5,ONCOLOGY,Q2,80/333,"MEDICINE, GENERAL & INTERNAL",Q1,5/336
Gazette of Fabled Surgery,2222-2222,N/A,ESCI,0.6,SURGERY,Q3,110/212,,,
Marvels-Basel,N/A,3333-3333,SCIE,3.1,BIOLOGY,Q2,30/110,,,
"""
CAS_2023 = """\
Journal,年份,ISSN,Review,Open Access,Web of Science,大类,大类分区,Top,小类1,小类1分区,小类2,小类2分区
ANNALS OF IMAGINARY MEDICINE,2023,1111-1111,否,否,SCIE,医学,1,是," MEDICINE, GENERAL & INTERNAL 医学：内科",1
GAZETTE OF FABLED SURGERY,2023,2222-2222,否,否,SCIE,医学,4,否, SURGERY 外科,4
"""
CAS_2025 = """\
Journal,年份,ISSN/EISSN,Review,OA Journal Index（OAJ）,Open Access,Web of Science,标注,大类,大类分区,Top,小类1,小类1分区,小类2,小类2分区
Annals of Imaginary Medicine,2025,1111-1111/1111-112X,否,否,否,SCIE,,医学,2 [168/495],否," MEDICINE, GENERAL & INTERNAL 医学：内科",2 [16/200], ONCOLOGY 肿瘤学,3 [99/300]
Marvels-Basel,2025,3333-3333/3333-3333,否,否,是,SCIE,,生物学,3 [400/900],否, BIOLOGY 生物学,3 [40/90],,
"""
WARNING_2023 = "Journal,预警等级（2023）\nGAZETTE OF FABLED SURGERY,高\nQUARTERLY OF NOWHERE,低\n"
WARNING_2025 = "Journal,预警原因（2025）\nGazette of Fabled Surgery,引用操纵、论文工厂\n"
SCIMAGO = """\
Title,SJR,H index,Quartile
Annals of Imaginary Medicine,"106,094",211,Q1
Marvels,"0,512",20,Q2
Phantom Reports (discontinued),"0,100",3,-
"""
SCIMAGO_OWN = """\
Rank;Sourceid;Title;Type;Issn;SJR;SJR Best Quartile;H index;Total Docs. (2022);Categories
1;28773;"Annals of Imaginary Medicine";journal;"11111111, 1111112X";106,094;Q1;211;40;"Oncology (Q1); Hematology (Q2)"
"""
CLARIVATE = """\
Journal Data Filtered By:  Selected JCR Year: 2022 Selected Editions: SCIE

Journal name,JCR Abbreviation,ISSN,eISSN,Category,Edition,Total Citations,2022 JIF,JIF Quartile,2022 JCI
ANNALS OF IMAGINARY MEDICINE,ANN IMAG MED,1111-1111,1111-112X,ONCOLOGY,SCIE,"55,868",11.1,Q2,2.2
ANNALS OF IMAGINARY MEDICINE,ANN IMAG MED,1111-1111,1111-112X,"MEDICINE, GENERAL & INTERNAL",SCIE,"55,868",11.1,Q1,2.2
"""
ABBREVIATIONS = """\
"Annals of imaginary medicine","Ann Imag Med"
"Gazette of fabled surgery : the official organ of the Guild","Gaz Fabl Surg"
"Marvels (Basel, Switzerland)","Marvels (Basel)"
"Review of lost things","Rev Lost Things"
"""

ALL = {
    "JCR2023-UTF8.csv": JCR_2023,
    "JCR2024-UTF8.csv": JCR_2024,
    "JCR2025-UTF8.csv": JCR_2025,
    "FQB2023.csv": CAS_2023,
    "FQB2025.csv": CAS_2025,
    "warning2023.csv": WARNING_2023,
    "warning2025.csv": WARNING_2025,
    "scimago.csv": SCIMAGO,
    "abbreviations.csv": ABBREVIATIONS,
}


def written(folder: Path, **contents: str | bytes) -> list[Path]:
    """The tables as files, named as given and `.csv`."""
    return [write(folder, f"{name}.csv", content) for name, content in contents.items()]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def write_all(folder: Path) -> list[Path]:
    return [write(folder, name, content) for name, content in ALL.items()]
