"""The literature: one spelling of each source, by key, for lenses, transforms, README and docs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """Where a measure comes from."""

    cite: str
    url: str


# By key: first author and year; in alphabetical order, so that a new one has one place.
SOURCES: Mapping[str, Paper] = {
    "abid-2018": Paper(
        "Abid et al., Exploring Patterns Enriched in a Dataset with Contrastive PCA, 2018",
        "https://arxiv.org/abs/1709.06716",
    ),
    "alain-2017": Paper(
        "Alain & Bengio, Understanding intermediate layers using linear classifier probes, "
        "ICLR workshop 2017",
        "https://arxiv.org/abs/1610.01644",
    ),
    "arora-2023": Paper(
        "Arora et al., Linking Representations with Multimodal Contrastive Learning, 2023",
        "https://arxiv.org/abs/2304.03464",
    ),
    "aumuller-2020": Paper(
        "Aumüller, Bernhardsson & Faithfull, ANN-Benchmarks, Information Systems 2020",
        "https://arxiv.org/abs/1807.05614",
    ),
    "calinski-1974": Paper(
        "Calinski & Harabasz, A dendrite method for cluster analysis, Commun. Stat. 3, 1974",
        "https://doi.org/10.1080/03610927408827101",
    ),
    "coleman-2023": Paper(
        "Coleman et al., Unified Embedding: Battle-Tested Feature Representations for Web-"
        "Scale ML Systems, NeurIPS 2023",
        "https://arxiv.org/abs/2305.12102",
    ),
    "davies-1979": Paper(
        "Davies & Bouldin, A Cluster Separation Measure, IEEE TPAMI 1, 1979",
        "https://doi.org/10.1109/TPAMI.1979.4766909",
    ),
    "dhulipala-2024": Paper(
        "Dhulipala et al., MUVERA: Multi-Vector Retrieval via Fixed Dimensional Encodings, "
        "NeurIPS 2024",
        "https://arxiv.org/abs/2405.19504",
    ),
    "ding-2023": Paper(
        "Ding et al., Unsupervised Manifold Linearizing and Clustering, ICCV 2023",
        "https://arxiv.org/abs/2301.01805",
    ),
    "facco-2017": Paper(
        "Facco et al., Estimating the Intrinsic Dimension of Datasets by a Minimal "
        "Neighborhood Information, Scientific Reports 2017",
        "https://doi.org/10.1038/s41598-017-11873-y",
    ),
    "fahim-2024": Paper(
        "Fahim et al., It's Not a Modality Gap, 2024",
        "https://arxiv.org/abs/2405.18570",
    ),
    "feldbauer-2019": Paper(
        "Feldbauer & Flexer, A Comprehensive Empirical Comparison of Hubness Reduction in "
        "High-Dimensional Spaces, Knowledge and Information Systems 2019",
        "https://doi.org/10.1007/s10115-018-1205-y",
    ),
    "friedman-1989": Paper(
        "Friedman, Regularized Discriminant Analysis, J. Am. Stat. Assoc. 84, 1989",
        "https://doi.org/10.1080/01621459.1989.10478752",
    ),
    "gan-2023": Paper(
        "Gan et al., Binary Embedding-based Retrieval at Tencent, KDD 2023",
        "https://arxiv.org/abs/2302.08714",
    ),
    "gourgoulias-2024": Paper(
        "Gourgoulias et al., Estimating class separability of text embeddings with "
        "persistent homology, TMLR 2024",
        "https://arxiv.org/abs/2305.15016",
    ),
    "grzegorczyk-2017": Paper(
        "Grzegorczyk & Kurdziel, Binary Paragraph Vectors, RepL4NLP 2017",
        "https://arxiv.org/abs/1611.01116",
    ),
    "grzegorczyk-2018": Paper(
        "Grzegorczyk & Kurdziel, Disambiguated skip-gram model, EMNLP 2018",
        "https://aclanthology.org/D18-1174/",
    ),
    "gu-2023": Paper(
        "Gu et al., I Can't Believe There's No Images! (CLOSE), ICCV 2023",
        "https://arxiv.org/abs/2211.09778",
    ),
    "guo-2017": Paper(
        "Guo et al., On Calibration of Modern Neural Networks, ICML 2017",
        "https://arxiv.org/abs/1706.04599",
    ),
    "hadgi-2025": Paper(
        "Hadgi et al., Escaping Plato's Cave: Towards the Alignment of 3D and Text Latent "
        "Spaces, CVPR 2025",
        "https://arxiv.org/abs/2503.05283",
    ),
    "hastie-1998": Paper(
        "Hastie & Tibshirani, Classification by pairwise coupling, Ann. Stat. 26, 1998",
        "https://doi.org/10.1214/aos/1028144844",
    ),
    "horn-1965": Paper(
        "Horn, A Rationale and Test for the Number of Factors in Factor Analysis, "
        "Psychometrika 1965",
        "https://doi.org/10.1007/BF02289447",
    ),
    "hotelling-1933": Paper(
        "Hotelling, Analysis of a Complex of Statistical Variables into Principal "
        "Components, J. Educ. Psychol. 1933",
        "https://doi.org/10.1037/h0071325",
    ),
    "huh-2024": Paper(
        "Huh et al., The Platonic Representation Hypothesis, ICML 2024",
        "https://arxiv.org/abs/2405.07987",
    ),
    "jiang-2025": Paper(
        "Jiang et al., VLM2Vec: Training Vision-Language Models for Massive Multimodal Embedding "
        "Tasks, ICLR 2025",
        "https://arxiv.org/abs/2410.05160",
    ),
    "karpathy-2015": Paper(
        "Karpathy & Fei-Fei, Deep Visual-Semantic Alignments, CVPR 2015",
        "https://arxiv.org/abs/1412.2306",
    ),
    "kessy-2018": Paper(
        "Kessy et al., Optimal Whitening and Decorrelation, The American Statistician 2018",
        "https://arxiv.org/abs/1512.00809",
    ),
    "kornblith-2019": Paper(
        "Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019",
        "https://arxiv.org/abs/1905.00414",
    ),
    "krishna-2023": Paper(
        "Krishna et al., IMAGINATOR: Pre-Trained Image+Text Joint Embeddings using Word-Level "
        "Grounding of Images, 2023",
        "https://arxiv.org/abs/2305.10438",
    ),
    "kusupati-2022": Paper(
        "Kusupati et al., Matryoshka Representation Learning, NeurIPS 2022",
        "https://arxiv.org/abs/2205.13147",
    ),
    "lee-2024": Paper(
        "Lee et al., Unified Multimodal Interleaved Document Representation for Retrieval, 2024",
        "https://arxiv.org/abs/2410.02729",
    ),
    "levina-2004": Paper(
        "Levina & Bickel, Maximum Likelihood Estimation of Intrinsic Dimension, NeurIPS 2004",
        "https://papers.nips.cc/paper/2577-maximum-likelihood-estimation-of-intrinsic-dimension",
    ),
    "li-2024": Paper(
        "Li et al., 2D Matryoshka Sentence Embeddings, 2024",
        "https://arxiv.org/abs/2402.14776",
    ),
    "liang-2022": Paper(
        "Liang et al., Mind the Gap, NeurIPS 2022",
        "https://arxiv.org/abs/2203.02053",
    ),
    "louiset-2024": Paper(
        "Louiset et al., Separating Common from Salient Patterns (SepCLR), ICLR 2024",
        "https://arxiv.org/abs/2402.11928",
    ),
    "lyu-2022": Paper(
        "Lyu et al., OptEmbed: Learning Optimal Embedding Table for Click-through Rate "
        "Prediction, CIKM 2022",
        "https://arxiv.org/abs/2208.04482",
    ),
    "ma-2007": Paper(
        "Ma et al., Segmentation of Multivariate Mixed Data via Lossy Data Coding and "
        "Compression, IEEE TPAMI 29, 2007",
        "https://doi.org/10.1109/TPAMI.2007.1085",
    ),
    "maaten-2008": Paper(
        "van der Maaten & Hinton, Visualizing Data using t-SNE, JMLR 2008",
        "https://jmlr.org/papers/v9/vandermaaten08a.html",
    ),
    "mackay-2005": Paper(
        "MacKay & Ghahramani, Comments on Maximum Likelihood Estimation of Intrinsic "
        "Dimension, 2005",
        "http://www.inference.org.uk/mackay/dimension/",
    ),
    "maniparambil-2024": Paper(
        "Maniparambil et al., Do Vision and Language Encoders Represent the World "
        "Similarly?, CVPR 2024",
        "https://arxiv.org/abs/2401.05224",
    ),
    "mcinnes-2018": Paper(
        "McInnes, Healy & Melville, UMAP: Uniform Manifold Approximation and Projection, 2018",
        "https://arxiv.org/abs/1802.03426",
    ),
    "mendezruiz-2023": Paper(
        "Mendez-Ruiz et al., SuSana Distancia is all you need: Enforcing class separability "
        "in metric learning via two novel distance-based loss functions for few-shot image "
        "classification, 2023",
        "https://arxiv.org/abs/2305.09062",
    ),
    "morcos-2018": Paper(
        "Morcos et al., Insights on Representational Similarity with Canonical Correlation, "
        "NeurIPS 2018",
        "https://arxiv.org/abs/1806.05759",
    ),
    "moschella-2023": Paper(
        "Moschella et al., Relative Representations Enable Zero-shot Latent Space "
        "Communication, ICLR 2023",
        "https://arxiv.org/abs/2209.15430",
    ),
    "mu-2018": Paper(
        "Mu & Viswanath, All-but-the-Top, ICLR 2018",
        "https://arxiv.org/abs/1702.01417",
    ),
    "narayan-2021": Paper(
        "Narayan, Berger & Cho, Assessing single-cell transcriptomic variability through "
        "density-preserving data visualization, Nature Biotechnology 2021",
        "https://doi.org/10.1038/s41587-020-00801-7",
    ),
    "oh-2023": Paper(
        "Oh et al., Geodesic Multi-Modal Mixup for Robust Fine-Tuning, NeurIPS 2023",
        "https://arxiv.org/abs/2203.03897",
    ),
    "pereira-2021": Paper(
        "Pereira et al., Hyperspherical embedding for novel class classification, 2021",
        "https://arxiv.org/abs/2102.03243",
    ),
    "radford-2021": Paper(
        "Radford et al., Learning Transferable Visual Models (CLIP), ICML 2021",
        "https://arxiv.org/abs/2103.00020",
    ),
    "radovanovic-2010": Paper(
        "Radovanović et al., Hubs in Space: Popular Nearest Neighbors in High-Dimensional "
        "Data, JMLR 2010",
        "https://jmlr.org/papers/v11/radovanovic10a.html",
    ),
    "raghu-2017": Paper(
        "Raghu et al., SVCCA: Singular Vector Canonical Correlation Analysis, NeurIPS 2017",
        "https://arxiv.org/abs/1706.05806",
    ),
    "ramaswamy-2000": Paper(
        "Ramaswamy et al., Efficient Algorithms for Mining Outliers from Large Data Sets, "
        "SIGMOD 2000",
        "https://doi.org/10.1145/342009.335437",
    ),
    "roberts-2023": Paper(
        "Roberts et al., Geometry-Aware Adaptation for Pretrained Models (Loki), NeurIPS 2023",
        "https://arxiv.org/abs/2307.12226",
    ),
    "rousseeuw-1987": Paper(
        "Rousseeuw, Silhouettes: a graphical aid to the interpretation and validation of "
        "cluster analysis, J. Comput. Appl. Math. 20, 1987",
        "https://doi.org/10.1016/0377-0427(87)90125-7",
    ),
    "roy-2007": Paper(
        "Roy & Vetterli, The Effective Rank: A Measure of Effective Dimensionality, EUSIPCO 2007",
        "https://ieeexplore.ieee.org/document/7098875",
    ),
    "rudman-2022": Paper(
        "Rudman et al., IsoScore: Measuring the Uniformity of Embedding Space Utilization, "
        "Findings of ACL 2022",
        "https://aclanthology.org/2022.findings-acl.262/",
    ),
    "schakel-2015": Paper(
        "Schakel & Wilson, Measuring Word Significance using Distributed Representations, 2015",
        "https://arxiv.org/abs/1508.02297",
    ),
    "schonemann-1966": Paper(
        "Schönemann, A Generalized Solution of the Orthogonal Procrustes Problem, "
        "Psychometrika 1966",
        "https://doi.org/10.1007/BF02289451",
    ),
    "schrodi-2025": Paper(
        "Schrodi et al., Two Effects, One Trigger, ICLR 2025",
        "https://arxiv.org/abs/2404.07983",
    ),
    "schroff-2015": Paper(
        "Schroff et al., FaceNet: A Unified Embedding for Face Recognition and Clustering, "
        "CVPR 2015",
        "https://arxiv.org/abs/1503.03832",
    ),
    "song-2012": Paper(
        "Song et al., Feature Selection via Dependence Maximization, JMLR 2012",
        "https://jmlr.org/papers/v13/song12a.html",
    ),
    "szekely-2014": Paper(
        "Székely & Rizzo, Partial Distance Correlation with Methods for Dissimilarities, "
        "Annals of Statistics 2014",
        "https://arxiv.org/abs/1310.2926",
    ),
    "venkataramanan-2022": Paper(
        "Venkataramanan et al., It Takes Two to Tango: Mixup for Deep Metric Learning, 2022",
        "https://arxiv.org/abs/2106.04990",
    ),
    "wang-2020": Paper(
        "Wang & Isola, Understanding Contrastive Representation Learning, ICML 2020",
        "https://arxiv.org/abs/2005.10242",
    ),
    "wang-2022": Paper(
        "Wang et al., Anti-Oversmoothing in Deep Vision Transformers, ICLR 2022",
        "https://arxiv.org/abs/2203.05962",
    ),
    "wang-2023": Paper(
        "Wang et al., Binary Latent Diffusion, CVPR 2023",
        "https://arxiv.org/abs/2304.04820",
    ),
    "williams-2021": Paper(
        "Williams et al., Generalized Shape Metrics on Neural Representations, NeurIPS 2021",
        "https://arxiv.org/abs/2110.14739",
    ),
    "wilson-1972": Paper(
        "Wilson, Asymptotic Properties of Nearest Neighbor Rules Using Edited Data, IEEE "
        "Transactions on Systems, Man, and Cybernetics 1972",
        "https://doi.org/10.1109/TSMC.1972.4309137",
    ),
    "wu-2018": Paper(
        "Wu et al., Unsupervised Feature Learning via Non-Parametric Instance "
        "Discrimination, CVPR 2018",
        "https://arxiv.org/abs/1805.01978",
    ),
    "yu-2020": Paper(
        "Yu et al., Learning Diverse and Discriminative Representations via the Principle "
        "of Maximal Coding Rate Reduction, NeurIPS 2020",
        "https://arxiv.org/abs/2006.08558",
    ),
    "yuan-2024": Paper(
        "Yuan et al., HecVL: Hierarchical Video-Language Pretraining for Zero-shot Surgical Phase "
        "Recognition, MICCAI 2024",
        "https://arxiv.org/abs/2405.10075",
    ),
    "zhang-2024": Paper(
        "Zhang et al., Experimental Analysis of Large-scale Learnable Vector Storage "
        "Compression, VLDB 2024",
        "https://arxiv.org/abs/2311.15578",
    ),
    "zhou-2025": Paper(
        "Zhou et al., Length-Induced Embedding Collapse in PLM-based Models, ACL 2025",
        "https://arxiv.org/abs/2410.24200",
    ),
    "zhu-2024": Paper(
        "Zhu et al., Stabilize the Latent Space for Image Autoregressive Modeling (DiGIT), "
        "NeurIPS 2024",
        "https://arxiv.org/abs/2410.12490",
    ),
    "zhuang-2024": Paper(
        "Zhuang et al., Starbucks: Improved Training for 2D Matryoshka Embeddings, 2024",
        "https://arxiv.org/abs/2410.13230",
    ),
    "zhuo-2023": Paper(
        "Zhuo et al., WhitenedCSE: Whitening-based Contrastive Learning, ACL 2023",
        "https://arxiv.org/abs/2305.17746",
    ),
}
