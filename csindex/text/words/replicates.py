"""How replicates are made, in English and in Korean."""

ENGLISH = {
    "bootstrap": "bootstrap",
    "jackknife": "jackknife",
    "parametric": "parametric: moments of normal samples",
    "replicate weights": "supplied replicate weights",
    "simple": "simple",
    "nested": "nested",
    "of_design_jackknife": "jackknife of {design}{raked}",
    "of_design_bootstrap": "rescaling bootstrap of {design} (Rao, Wu & Yue 1992){raked}",
    "clusters": "{count:,} clusters",
    "respondents": "{count:,} respondents",
    "clusters_strata": "{count:,} clusters in {strata:,} strata",
    "respondents_strata": "{count:,} respondents in {strata:,} strata",
    "raked": ", weights raked in each",
    "groups": "delete-a-group jackknife, {grouping} (Kott 2001)",
    "normal": "analytic standard errors for normal answers",
    "robust": "analytic standard errors from the rows, whatever the answers' distribution (Huber 1967, White 1982)",
}

KOREAN = {
    "bootstrap": "부트스트랩",
    "jackknife": "잭나이프",
    "parametric": "모수적 방법: 정규분포 표본의 적률",
    "replicate weights": "제공된 반복 가중치",
    "simple": "단순임의표본 잭나이프",
    "nested": "이중 부트스트랩",
    "of_design_jackknife": "{design}의 잭나이프{raked}",
    "of_design_bootstrap": "{design}의 재척도 부트스트랩, Rao, Wu & Yue 1992{raked}",
    "clusters": "집락 {count:,}개",
    "respondents": "응답자 {count:,}명",
    "clusters_strata": "층 {strata:,}개에 속한 집락 {count:,}개",
    "respondents_strata": "층 {strata:,}개에 속한 응답자 {count:,}명",
    "raked": ", 반복마다 가중치 레이킹",
    "groups": "집단을 하나씩 제외하는 잭나이프, Kott 2001",
    "normal": "정규분포를 가정한 해석적 표준오차",
    "robust": "응답의 분포를 가정하지 않는 해석적 표준오차(Huber 1967, White 1982)",
}

WORDS = {"en": ENGLISH, "ko": KOREAN}
