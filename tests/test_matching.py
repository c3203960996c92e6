"""What finds what: searches and texts, through a built index.

A line of the tables is `query | text`; the text is a record's abstract and nothing else. The whole is one collection,
so that a search has other documents to be wrong about. Pieces of real abstracts are searched in a collection of these.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from indexer.build import build
from indexer.engines import open_engine
from indexer.search.compile import Reading, compile_query
from indexer.search.engine import Engine
from indexer.search.highlight import Highlighter
from indexer.search.hits import Match, SearchRequest
from indexer.search.searcher import search
from tests.conftest import write_jsonl
from tests.indexer.analysis.containment import Skeleton
from tests.indexer.analysis.real import chinese_abstracts, piece_with_han
from tests.indexer.analysis.strategies import MIXED

MATCHES = """
non small cell lung cancer | Non-small-cell lung cancer at an advanced age.
非小细胞肺癌 | Erlotinib in non small cell lung cancer.
E. coli | Escherichia coli bacteraemia in the old.
H. pylori | Eradication of Helicobacter pylori by triple therapy.
type 2 diabetes | Insulin resistance in type II diabetes.
type II diabetes | Outcomes of type 2 diabetes in the elderly.
type 1 diabetes | Islet antibodies in type I diabetes.
2型糖尿病 | Ⅱ型糖尿病患者的随访研究
Ⅱ型糖尿病 | 2型糖尿病患者的血糖控制
II型糖尿病 | 2型糖尿病足的护理
二型糖尿病 | II型糖尿病的流行病学
糖尿病 | 2型糖尿病的治疗进展
2型糖尿病 | ２型糖尿病與肥胖之關係
stage III colon cancer | Adjuvant therapy of stage 3 colon cancer.
stage 3 colon cancer | Survival in stage III colon cancer.
stage IIIB | Patients with stage 3b disease.
grade 4 toxicity | Grade IV toxicity was rare.
phase III trial | A phase 3 trial of the combination.
class II obesity | Surgery for class 2 obesity.
III期临床试验 | 一项3期临床试验的结果
3期临床试验 | Ⅲ期临床试验纳入了六百例患者
Ⅳ级 | 心功能IV级的患者
tumor necrosis | Central tumour necrosis on imaging.
tumour | The tumor was resected.
tumors | A benign tumour of the skin.
anemia | Iron deficiency anaemia in pregnancy.
anaemia | Screening for anemia in infants.
leukemia | Chronic lymphocytic leukaemia.
leukaemia | Acute myeloid leukemia in adults.
esophageal varices | Oesophageal varices and bleeding.
oesophageal | Esophageal motility was measured.
hemoglobin | Low haemoglobin before surgery.
haemoglobin | Hemoglobin after transfusion.
pediatric | A paediatric emergency department.
paediatric | Pediatric dosing of morphine.
fetal | Foetal growth restriction.
foetal | Fetal heart rate monitoring.
diarrhea | Travellers with diarrhoea.
diarrhoea | Antibiotic-associated diarrhea.
edema | Pulmonary oedema at high altitude.
oedema | Macular edema treated by laser.
ischemia | Critical limb ischaemia.
hemorrhage | Postpartum haemorrhage and its prevention.
gynecology | Training in gynaecology.
anesthesia | Regional anaesthesia for hip surgery.
orthopedic | Orthopaedic implants and infection.
estrogen | Oestrogen receptor status.
etiology | The aetiology remains unknown.
celiac disease | Coeliac disease in siblings.
feces | Culture of faeces.
hypoglycemia | Nocturnal hypoglycaemia.
randomized trial | A randomised trial of statins.
randomised | Randomized allocation was concealed.
behavior | Health behaviour of students.
center | A single-centre experience.
fiber | Dietary fibre intake.
sulfate | Magnesium sulphate for eclampsia.
dyspnea | Dyspnoea on exertion.
cesarean section | Caesarean section rates.
apnea | Obstructive sleep apnoea.
diagnosis | Two diagnoses were revised.
diagnoses | The diagnosis was delayed.
metastasis | Brain metastases were found.
metastases | A solitary metastasis of the liver.
bacterium | Resistant bacteria were isolated.
bacteria | The bacterium grew slowly.
thrombus | Mural thrombi were seen.
thrombi | A thrombus in the atrium.
criterion | The criteria were met.
criteria | One criterion was missing.
vertebra | Fractured vertebrae were augmented.
vertebrae | A collapsed vertebra.
nuclei | The nucleus was stained.
fungi | A fungus of the nail.
bacilli | A bacillus was cultured.
emboli | Pulmonary embolus on computed tomography.
hypotheses | The hypothesis was rejected.
prognoses | A poor prognosis.
larvae | The larva of the fly.
alveoli | Each alveolus was counted.
ganglia | A ganglion of the wrist.
ova | The ovum was fertilised.
Sjogren syndrome | Dry eye in Sjögren syndrome.
Sjögren | The Sjogren International Registry.
Meniere | Vertigo in Ménière disease.
naive | Treatment-naïve patients.
Crohn's disease | Crohn disease of the ileum.
Crohn disease | Crohn’s disease in children.
Crohn’s disease | Surgery for Crohn's disease.
Parkinson disease | Parkinson's disease and sleep.
patients' | The patient was discharged.
RCT | Three RCTs were pooled.
SNPs | A SNP of the promoter.
E2F | Activator E2Fs and apoptosis.
TNF-α | Serum TNF-alpha was raised.
TNF-alpha | Blockade of TNFα.
TNFα | Inhibitors of TNF alpha.
TNF alpha | Levels of TNF-α in serum.
TNF-a | Levels of TNF-a in plasma.
IFN-γ | Release of IFN-gamma by T cells.
IFN-gamma | IFNγ and interleukin.
TGF-β | TGF-beta signalling.
NF-κB | Activation of NF-kappaB.
NF-kappaB | NF-κB in inflammation.
β-blocker | Treatment with a beta-blocker.
beta blockers | β-blockers after infarction.
α-synuclein | Aggregates of alpha-synuclein.
IL-6 | Raised IL6 in sepsis.
IL6 | Raised IL-6 in arthritis.
IL 6 | Blockade of IL-6 in arthritis.
IL-6 | Serum IL 6 was measured.
IL-6 | 血清IL-6水平升高
IL6 | 血清IL-6与预后的关系
IL-6 | 白细胞介素6（IL6）的检测
PD-1 | Anti-PD-1 therapy of melanoma.
PD-L1 | Expression of PDL1.
PDL1 | PD-L1 expression in tumours.
CAR-T | CAR T cells for lymphoma.
CAR T | CAR-T therapy in myeloma.
CD38 | The anti-CD38 antibody daratumumab.
anti-CD38 | Anti-CD38 antibodies in myeloma.
CD38 | 抗CD38单克隆抗体
BCR-ABL1 | BCR/ABL1 transcripts.
BCR-ABL1 | BCR::ABL1 fusion in leukaemia.
5-FU | 5FU with leucovorin.
5FU | Infusion of 5-FU.
HbA1c | Mean HbA1c was 8%.
hba1c | HbA1C was measured twice.
COVID-19 | Vaccination against COVID19.
COVID19 | Long COVID-19 in adults.
COVID 19 | Hospital care of COVID-19.
HER2 | HER-2 positive breast cancer.
HER-2 | HER2 positive gastric cancer.
EGFR | EGFR-mutated lung cancer.
non-small cell lung cancer | Non-small-cell lung cancer with metastases.
follow up | The follow-up was two years.
follow-up | Patients were followed and follow up ended.
7.5% | A response of 7.5% was seen.
7.5 | A dose of 7.5 mg daily.
10^9/L | Platelets below 20×10^9/L.
10^9/L | Platelets of 150 × 10⁹/L.
p<0.05 | The difference was significant (P < 0.05).
P < 0.05 | It was significant at p<0.05.
维生素D | 维生素D缺乏与骨折
维生素 D | 补充维生素D的效果
T细胞 | 调节性T细胞的功能
B超 | 腹部B超检查
X线 | 胸部X线片
小细胞肺癌 | 广泛期小细胞肺癌的化疗
非小细胞肺癌 | 晚期非小细胞肺癌的免疫治疗
肺癌 | 非小细胞肺癌的靶向治疗
肾病 | 糖尿病肾病的早期诊断
高血壓 | 原发性高血压的治疗
高血压 | 原發性高血壓與腦中風
心肌梗死 | 急性心肌梗死后的康复
心梗 | 心肌梗死患者的二级预防
心肌梗死 | 老年心梗患者的护理
心梗 | Mortality after myocardial infarction.
心肌梗死 | A heart attack at a young age.
myocardial infarction | 心肌梗塞的介入治疗
myocardial infarction | 心梗后的心理状态
heart attack | Acute myocardial infarction in women.
heart attack | 急性心肌梗死的救治
房颤 | Anticoagulation in atrial fibrillation.
atrial fibrillation | 房颤患者的卒中风险
慢阻肺 | Chronic obstructive pulmonary disease and smoking.
COPD | 慢性阻塞性肺疾病的急性加重
chronic obstructive pulmonary disease | COPD exacerbations in winter.
COPD | Chronic obstructive pulmonary disease in women.
copd | Rehabilitation in COPD.
高血压 | Management of hypertension in adults.
hypertension | 老年高血压的用药
high blood pressure | Hypertension and salt.
糖尿病 | Diabetes mellitus in pregnancy.
2型糖尿病 | Metformin in type 2 diabetes.
type 2 diabetes | 二甲双胍治疗2型糖尿病
二甲双胍 | Metformin and lactic acidosis.
metformin | 二甲双胍的不良反应
阿司匹林 | Aspirin for primary prevention.
aspirin | 阿司匹林与消化道出血
多发性骨髓瘤 | Daratumumab in multiple myeloma.
multiple myeloma | 多发性骨髓瘤的自体移植
非小细胞肺癌 | Osimertinib in non-small cell lung cancer.
NSCLC | Osimertinib in non-small-cell lung cancer of the elderly.
乳腺癌 | Screening for breast cancer.
breast cancer | 三阴性乳腺癌的新辅助化疗
肝细胞癌 | Sorafenib in hepatocellular carcinoma.
抑郁症 | Cognitive therapy for depression.
阿尔茨海默病 | Amyloid in Alzheimer's disease.
Alzheimer disease | 阿尔茨海默病的早期筛查
帕金森病 | Deep brain stimulation in Parkinson's disease.
甲亢 | Radioiodine for hyperthyroidism.
哮喘 | Inhaled steroids in asthma.
asthma | 儿童哮喘的管理
肺炎 | Community-acquired pneumonia.
脑卒中 | Thrombolysis in acute stroke.
stroke | 缺血性脑卒中的溶栓
中风 | Rehabilitation after stroke.
心力衰竭 | Sacubitril in heart failure.
heart failure | 慢性心衰的药物治疗
核磁共振 | Magnetic resonance imaging of the knee.
MRI | Magnetic resonance imaging of the spine.
随机对照试验 | A randomized controlled trial of yoga.
meta分析 | A meta-analysis of cohort studies.
危险因素 | Risk factors for falls.
深度学习 | Deep learning for fundus photographs.
针灸 | Acupuncture for migraine.
生活质量 | Quality of life after surgery.
quality of life | 患者生活质量的影响因素
乙肝 | Antiviral therapy of hepatitis B.
"heart failure" | Heart failure in the young.
"骨髓瘤" | 冒烟型骨髓瘤的自然病程
"发性骨" | 多发性骨髓瘤的诊断标准
"型糖" | 1型糖尿病的胰岛移植
"tumours" | Rare tumours of bone.
"IL-6" | IL-6 was measured by immunoassay.
"维生素D" | 血清维生素D水平与感染
NF-kB | Activation of NF-κB in macrophages.
IL-1β | Serum IL-1 beta after exercise.
anti-TNF | Anti-TNF agents in spondylitis.
5′-nucleotidase | The enzyme 5'-nucleotidase.
β2-microglobulin | Beta-2 microglobulin in urine.
γδ T cells | Gamma delta T cells in blood.
Guillain-Barré | Guillain–Barré syndrome after surgery.
Behçet | Behcet disease of the eye.
10 mg/kg | A dose of 10mg/kg was given.
95% CI | The interval (95%CI 1.2-3.4) was wide.
H2O2 | Treated with H₂O₂.
Ca2+ | Intracellular Ca²⁺ rose.
CO2 | Partial pressure of CO₂.
≥65 years | Adults ≥ 65 years old.
慢性阻塞性肺病 | COPD急性加重的处理
冠心病 | Coronary heart disease in women.
coronary artery disease | 冠状动脉粥样硬化性心脏病的预后
肺结核 | Pulmonary tuberculosis in prisons.
高血脂 | Hyperlipidemia in the obese.
腦中風 | Stroke units save lives.
ＣＯＰＤ | COPD in miners.
脂肪肝 | Fatty liver in adolescents.
痛风 | Allopurinol for gout.
血红蛋白 | Low haemoglobin in dialysis.
haemodialysis | 维持性血液透析患者的生存
剖宫产 | Cesarean delivery on request.
早产儿 | Outcomes of preterm infants.
重症监护室 | Sleep in the intensive care unit.
小细胞肺癌 | Small-cell lung cancer and smoking.
small cell lung cancer | 小细胞肺癌的一线化疗
nonsmall cell lung cancer | Non-small cell lung cancer at an early stage.
lung cancer | A non-small cell lung cancer of the left lobe.
non-Hodgkin lymphoma | A nonHodgkin lymphoma of the bowel.
non-ST elevation | Non-ST-elevation infarction of the wall.
non-diabetic | Ten nondiabetic controls.
non diabetic | Nine non-diabetic controls.
非糖尿病 | 非糖尿病者的血脂
非手术治疗 | 急性阑尾炎的非手术治疗
肝病 | 非酒精性肝病的病理
NF-κB | Inhibition of NF-kB by steroids.
TNF-a | Infusion of TNF-α in mice.
tnfa | Infusion of TNF-alpha in rats.
nfkb | Nuclear NF-κB in podocytes.
完全缓解 | 患者达到完全缓解后停药
不完全缓解 | 一例不完全缓解的患者
不典型增生 | 乳腺不典型增生的随访
增生 | 子宫内膜不典型增生的处理
吸烟 | 每日吸烟二十支的男性
不吸烟 | 不吸烟者的肺功能
从不吸烟 | 从不吸烟的女性肺腺癌
肿瘤 | 影像学未见肿瘤残留
转移 | 术中未发现肝转移
糖尿病 | 既往无糖尿病史的孕妇
高血压 | 无高血压患者的血压波动
分化 | 干细胞的分化受到调控
动脉瘤 | 未破裂动脉瘤的手术指征
未破裂动脉瘤 | 未破裂动脉瘤的夹闭
进展 | 疾病进展的时间
无进展生存 | 中位无进展生存达到十个月
症状 | 患者症状逐渐减轻
无症状 | 无症状菌尿的处理
HIV感染 | HIV感染者的随访管理
非HIV感染 | 非HIV感染者的隐球菌病
ST段抬高型心肌梗死 | 急性ST段抬高型心肌梗死的再灌注
非ST段抬高型心肌梗死 | 非ST段抬高型心肌梗死的危险分层
心肌梗死 | 老年非ST段抬高心肌梗死的用药
ST段 | 术后ST段压低的意义
随机对照研究 | 一项多中心随机对照研究的结果
随机对照试验 | A randomised controlled trial of tai chi in elders.
非随机对照研究 | 针刺的非随机对照研究
动脉粥样硬化 | 颈动脉粥样硬化斑块的超声
非动脉粥样硬化 | 非动脉粥样硬化性血管病的病因
认知功能 | 轻度认知功能障碍的早期识别
肺疾病 | 间质性肺疾病的高分辨率影像
肾上腺素 | 心肺复苏时肾上腺素的剂量
去氧肾上腺素 | 去氧肾上腺素与低血压
异丙肾上腺素 | 异丙肾上腺素诱导的心衰模型
转移酶 | 甲基转移酶的表达
黄连 | 黄连素之外的黄连成分
胡黄连 | 胡黄连苷的保肝作用
附子 | 附子与干姜同煎
大黄 | 大黄灌肠治疗肾衰
programmed cell death protein 1 | Programmed cell death protein 1 on T cells.
programmed death 1 | Nivolumab binds programmed death-1 receptors.
programmed death 1 | Blockade of PD-1 in melanoma of the eye.
programmed cell death protein 1 | 程序性死亡受体1抑制剂的疗效
glucagon-like peptide 2 | Glucagon-like peptides 1 and 2 after a meal.
CIN III | CIN 3 lesions were treated by conisation.
CIN 3 | Regression of CIN III in young women.
CIN III | A CIN3 lesion persisted.
FIGO IB | FIGO 1B disease of the uterine neck.
FIGO 1B1 | Trachelectomy in FIGO IB1 disease.
Mobitz II | Mobitz 2 block after valve replacement.
Mobitz 2 | Mobitz II block and pacing.
NYHA class III | Patients in NYHA class 3.
血管紧张素2 | 血管紧张素Ⅱ诱导的肥大
血管紧张素Ⅱ | 血管紧张素2的测定
angiotensin II | 血管紧张素2的测定
stage III | 结肠癌Ⅲ期患者的辅助化疗
Ⅲ期 | Adjuvant therapy of stage 3 colon cancer.
stage IIIA | ⅢA期患者的新辅助治疗
3期 | A phase 3 trial of the combination.
NYHA class III | NYHA Ⅲ级患者的运动康复
NYHA Ⅲ级 | Patients in NYHA class 3.
grade 4 | 血液学毒性达Ⅳ级者五例
category 4 | 乳腺病变4类的活检
黏膜 | 胃粘膜萎缩的随访
粘膜 | 口腔黏膜病的护理
瘀血 | 肝淤血的影像表现
胆汁淤积 | 妊娠期胆汁瘀积的处理
皂苷 | 人参皂甙的药理
苯二氮卓 | 苯二氮䓬类药物的依赖
纵隔 | 纵膈肿瘤的切除
120 mm Hg | Systolic pressure below 120 mmHg.
120 mmHg | A target of 120 mm Hg was reached.
1.73 m2 | Filtration of 60 ml/min/1.73 m² or more.
1.73 m² | Clearance per 1.73m2 of surface.
miR-21 | Plasma microRNA-21 in sepsis.
microRNA-21 | Exosomal miR-21-5p in glioma.
BRCA1 | BRCA1/2 carriers after oophorectomy.
BRCA2 | BRCA1/2 carriers after oophorectomy.
HPV-18 | Persistent HPV-16/18 infection.
PD-L1 | PD-1/L1 inhibitors and colitis.
I-131 | Ablation by ¹³¹I after surgery.
¹³¹I | Doses of iodine-131 in goitre.
technetium-99m | Scintigraphy with 99mTc pertechnetate.
PM2.5 | Exposure to PM 2.5 in cities.
PM 2.5 | PM2.5 and low birth weight.
T2N0M0 | A T2 N0 M0 carcinoma of the tongue.
T2 | Resection of T2N0M0 tumours.
T2 N0 M0 | Resection of T2N0M0 tumours.
basis | The bases of diagnosis in fever.
bases | A basis for treatment.
base | Purine bases in urine.
axis | The axes of both lenses.
medium | Culture media for yeasts.
fundus | The fundi of diabetic eyes.
meninx | Inflammation of the meninges.
non-small cell lung cancer | Non - small cell lung cancer and anaemia.
never-smokers | Lung function of never smokers.
type 2 diabetes | Types 1 and 2 diabetes were compared.
type II diabetes | Type I or type II diabetes was present.
stage III colon cancer | Stages I-III colon cancer in the young.
stage 3 colon cancer | Stages I, II and III colon cancer.
stage III colon cancer | Stage II to III colon cancer.
grade 4 toxicity | Grade 3 or 4 toxicity was seen.
glucagon-like peptide 1 receptor agonist | Glucagon-like peptide-1 receptor agonists in obesity.
2型糖尿病 | Children with type 2 diabetes mellitus.
GERD | Gastro-oesophageal reflux disease in babies.
胃食管反流病 | Gastro-oesophageal reflux disease in babies.
CT | Computed tomography of the petrous bone.
eGFR | The estimated glomerular filtration rate fell.
红斑狼疮 | Systemic lupus erythematosus flares.
类风湿 | Rheumatoid arthritis in farmers.
帕金森 | Parkinson's disease and pesticides.
病例对照 | A case-control study of asbestos.
骨髓瘤 | Multiple myeloma of the jaw.
不孕症 | Infertility of couples.
ST depression | ST-segment depression during exercise.
"""

MISSES = """
PD-1 | Expression of PD-L1 in stroma.
small cell lung cancer | Patients with non small cell lung cancer of any stage.
小细胞肺癌 | Survival in non small cell lung cancer.
insulin | Falls in women of great age.
胰岛素 | It was in vain.
interrupted time series | It was so in ten.
抗癫痫药 | A day of rest.
急性淋巴细胞白血病 | All of them were women.
mean arterial pressure | A map of the wells.
positron emission tomography | Pets and their owners.
PD-L1 | Nivolumab blocks PD-1.
PD-1 | Parkinson disease (PD) in 1 of ten families.
HER2 | HER3 expression in carcinoma.
HER2 | Her children were healthy, 2 of them twins.
T1 | T2 weighted images.
T2 | A T1 tumour of the bladder.
IL-6 | Serum IL-8 in 6 patients.
IL-6 | Serum IL-16 was raised.
IL6 | IL-17 and 6 others.
IL 6 | IL-8 was raised in 6 infants.
CD3 | CD38 on plasma cells.
CD38 | CD3 positive lymphocytes.
COX-2 | COX-1 is constitutive.
type 2 diabetes | Type 1 diabetes in children.
type II diabetes | Type I diabetes of childhood.
2型糖尿病 | 1型糖尿病患儿的心理
1型糖尿病 | 2型糖尿病与心血管疾病
Ⅱ期 | Ⅲ期患者的生存
III期 | II期患者的复发
stage III | Stage II disease.
stage 2 | Stage 4 disease.
小细胞肺癌 | 非小细胞肺癌的分期
小细胞肺癌 | 晚期非小細胞肺癌的放療
霍奇金淋巴瘤 | 非霍奇金淋巴瘤的化疗
甾体抗炎药 | 非甾体抗炎药的胃肠道反应
凝血酶 | 抗凝血酶缺乏症的家系
organ | A nongovernmental organization.
organization | Organ donation by relatives.
organism | An international organization of surgeons.
university | A universal precaution.
universal | At a university in the north.
severe | In several countries.
several | A severe reaction.
import | An important finding.
important | The import of drugs.
secret | Gastric secretion.
experience | An animal experiment.
internal | An internet survey.
police | A new smoking policy.
mental | No mention of harm.
testes | A new blood test.
general | Generic drugs.
7.5% | A dose of 7.5 mg was given.
7.5% | A rate of 75% was seen.
7.5 | A rate of 75 per minute.
p<0.05 | The difference was not significant (p=0.05).
p<0.05 | A value of p > 0.05.
10^9/L | Platelets of 109 were counted.
TNF-α | Serum TNF-β was normal.
IFN-γ | Treatment with IFN-α.
α-synuclein | Beta-amyloid plaques.
维生素D | 维生素C的抗氧化作用
T细胞 | B细胞的活化
B超 | X超声
"tumor" | A tumour of the parotid.
"tumours" | A tumour of the thumb.
"heart failure" | Failure of the heart to pump.
"骨髓瘤" | 骨髓移植与瘤体缩小
"糖尿" | 糖和尿的检测
"发性骨" | 骨质疏松的发生与多发骨折
"维生素D" | 维生素B和D
"021年" | 自2022年起登记的病例
"L-6水" | 血清IL-16水平降低
"T检" | 经CT复查与检验
"平为3" | 血钙水平为2.3 mmol/L
"T1" | Tumours of stage T10 do not exist.
"IL-6" | IL-16 was measured.
"P<0.05" | No difference was seen (P>0.05).
"P<0.05" | It was borderline (P=0.05).
"P<0.05" | 差异无统计学意义（P>0.05）
"P=0.05" | The difference was significant (P<0.05).
"7.5%" | Morphine 7.5 mg was given.
"5%的患" | 占17.5的患者
"值<0.0" | 趋势检验P值>0.001
p<0.05 | No difference was seen (P>0.05).
7.5% | Morphine 7.5 mg was given.
心肌梗死 | 脑梗死的溶栓治疗
心梗 | Cerebral infarction in the young.
myocardial infarction | 心肌炎的诊断
heart attack | Panic attack and anxiety.
COPD | Coped well with stress.
aids | Acquired immunodeficiency syndrome in Africa.
高血压 | 低血压的处理
hypertension | Hypotension during dialysis.
甲亢 | Hypothyroidism after surgery.
甲减 | Hyperthyroidism in pregnancy.
高血糖 | 低血糖的急救
阿司匹林 | Paracetamol for fever.
肺癌 | Gastric cancer in Japan.
乳腺癌 | Ovarian cancer screening.
肝炎 | Nephritis in lupus.
有症状 | 无症状感染者的筛查
典型 | 非典型肺炎的影像
手术治疗 | 非手术治疗的疗效
稳定型心绞痛 | 不稳定型心绞痛的介入
规则 | 不规则抗体的检出
酒精性肝病 | 非酒精性肝病的流行
肾上腺素 | 去甲肾上腺素的剂量
风湿关节炎 | 类风湿关节炎的达标治疗
IL-1 | Serum IL-10 was low.
IL-1β | Levels of IL-1α in serum.
PD-L1 | Expression of PD-L2 in stroma.
H1N1 | Influenza H3N2 in pigs.
CA-125 | The level of CA 19-9 rose.
vitamin B12 | Vitamin B6 in pregnancy.
hepatitis B | Hepatitis C in prisons.
乙肝 | 丙肝的直接抗病毒治疗
grade 3 | Grade 2 toxicity in two.
p<0.01 | It was significant (p<0.05).
arterial | Arteriole walls were thick.
hyperthyroidism | Hypothyroidism was missed.
小细胞肺癌 | Non-small cell lung cancer in the elderly.
小细胞肺癌 | Non–small-cell lung cancer of women.
small cell lung cancer | Non-small-cell lung carcinoma cells (cancer of the lung).
small cell lung cancer | 非小细胞肺癌的免疫组化
Hodgkin lymphoma | Non-Hodgkin's lymphoma of the stomach.
霍奇金淋巴瘤 | Non-Hodgkin lymphoma of the brain.
ST elevation | Non-ST-elevation infarction.
small cell lung cancer | Non-small cell lung cancer treated with osimertinib.
diabetic | Ten non-diabetic controls.
糖尿病 | 非糖尿病人群的血脂
完全缓解 | 一例不完全缓解的患者
典型 | 乳腺不典型增生的随访
吸烟 | 不吸烟者的肺功能
吸烟 | 从不吸烟的女性肺腺癌
破裂 | 未破裂动脉瘤的夹闭
分化 | 甲状腺未分化癌的放疗
吸烟 | 从未吸烟者的死亡率
治疗 | 尚未治疗的儿童
症状 | 无症状菌尿的处理
进展 | 中位无进展生存达到十个月
HIV | 非HIV感染者的隐球菌病
HIV感染 | 非HIV感染者的隐球菌病
ST段 | 非ST段抬高型心肌梗死的危险分层
ST段抬高型心肌梗死 | 非ST段抬高型心肌梗死的危险分层
STEMI | 非ST段抬高型心肌梗死的危险分层
非HIV感染 | HIV感染者的随访管理
随机对照研究 | 针刺的非随机对照研究
随机对照试验 | 针刺的非随机对照研究
randomized controlled trial | 针刺的非随机对照研究
动脉粥样硬化 | 非动脉粥样硬化性血管病的病因
atherosclerosis | 非动脉粥样硬化性血管病的病因
慢性疼痛 | 慢性痛风的护理
肾上腺素 | 去氧肾上腺素与低血压
肾上腺素 | 异丙肾上腺素诱导的心衰模型
epinephrine | 去氧肾上腺素与低血压
adrenaline | 异丙肾上腺素诱导的心衰模型
黄连 | 胡黄连苷的保肝作用
附子 | 白附子的毒性
大黄 | 大黄蜂蜇伤致多器官损伤
茯苓 | 土茯苓汤的配伍
红花 | 藏红花与抑郁情绪
氯喹 | 羟氯喹的眼毒性
凝血酶 | 抗凝血酶活性的测定
胆碱 | 乙酰胆碱的释放
丙氨酸 | 苯丙氨酸的代谢
programmed death 1 | Programmed death-ligand 1 in the stomach.
programmed cell death protein 1 | Programmed death-ligand 1 protein in the cell.
programmed cell death 1 | Programmed cell death ligand 1 of the kidney.
PD-1 | Programmed cell death ligand 1 of the kidney.
CIN III | CIN 2 lesions were watched.
FIGO IB | FIGO IIB disease and radiation.
stage III | 结肠癌Ⅱ期患者的辅助化疗
NYHA class III | NYHA Ⅱ级患者的运动康复
血管紧张素2 | 血管紧张素Ⅰ转换酶的活性
miR-21 | Plasma microRNA-221 in stroke.
HPV-16 | Persistent HPV-18/31 infection.
T2 | The elimination half-life (t1/2) was four hours.
T1 | Resection of T2N0M0 tumours.
I-131 | Seeds of ¹²⁵I in the prostate.
PM2.5 | PM10 and cough.
basis | Base deficit in shock.
small cell lung cancer | Non - small cell lung cancer and anaemia.
smokers | Lung function of never smokers.
smokers | Airways of never-smokers.
type 2 diabetes | Type 1 diabetes in 2 towns.
type II diabetes | Type I diabetes in 2 clinics.
type 2 diabetes | Type 1 diabetes and 2 controls each.
2型糖尿病 | Type 1 diabetes mellitus of 2 brothers.
stage III colon cancer | Stage II colon cancer in 3 hospitals.
glucagon-like peptide 1 receptor agonist | Glucagon-like peptide 2 receptor agonist in 1 girl.
eGFR | Mutations of the epidermal growth factor receptor.
EGFR | The estimated glomerular filtration rate fell.
PSA | Psoriatic arthritis of the spine.
CT | Calcitonin in salmon.
Aids for hearing | Acquired immunodeficiency syndrome and hearing.
Pet ownership | Positron emission tomography and ownership.
Ca supplementation | Coronary artery supplementation.
ST depression | 支架内血栓形成与抑郁症
小细胞癌 | 非小细胞癌的分化
木通 | 关木通肾病的预后
"""


def rows(table: str) -> list[tuple[str, str]]:
    pairs = [line.split(" | ", 1) for line in table.strip().splitlines()]
    return [(query, text) for query, text in pairs]


MATCHING, MISSING = rows(MATCHES), rows(MISSES)
TEXTS = sorted({text for _, text in MATCHING + MISSING})


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("matching")
    records: list[dict[str, object]] = [{"doi": f"10.5555/{n}", "abstract": text} for n, text in enumerate(TEXTS)]
    build([str(write_jsonl(folder / "texts.jsonl", records))], str(folder / "index"))
    opened = open_engine(str(folder / "index"))
    yield opened
    opened.close()


def found(engine: Engine, query: str) -> set[str]:
    request = SearchRequest(query, Match.ALL, per_page=100, facets=())
    result = search(engine, request)
    assert result.total <= 100
    return {TEXTS[int(hit.record.id.partition("/")[2])] for hit in result.hits}


def test_there_are_enough_pairs() -> None:
    assert len(MATCHING) + len(MISSING) >= 200
    assert len(set(MATCHING + MISSING)) == len(MATCHING + MISSING)


def test_every_name_and_every_spelling_finds_one_set(engine: Engine) -> None:
    names = ("心梗", "心肌梗死", "心肌梗塞", "myocardial infarction", "heart attack")
    spellings = ("myocardial infarctions", "MYOCARDIAL INFARCTION", "ｍｙｏｃａｒｄｉａｌ　ｉｎｆａｒｃｔｉｏｎ")
    sets = {frozenset(found(engine, query)) for query in (*names, *spellings)}
    assert len(sets) == 1
    assert len(sets.pop()) >= 9


def test_a_name_alone_is_never_relaxed_to_most_of_its_words(engine: Engine) -> None:
    result = search(engine, SearchRequest("small cell lung cancer", per_page=100, facets=()))
    assert result.relaxation is None
    assert {hit.record.abstract_en or hit.record.abstract_zh for hit in result.hits} == found(
        engine, "small cell lung cancer"
    )


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("糖尿病肾病", "糖尿病腎病"),
        ("原发性高血压", "原發性高血壓"),
        ("2型糖尿病", "２型糖尿病"),
        ("脑卒中", "腦卒中"),
        ("COPD", "ＣＯＰＤ"),
        ("IL-6", "ＩＬ－６"),
        ("p<0.05", "ｐ＜０．０５"),
    ],
)
def test_traditional_and_full_width_spellings_find_and_rank_the_same(engine: Engine, query: str, other: str) -> None:
    def ranked(text: str) -> list[str]:
        return [hit.record.id for hit in search(engine, SearchRequest(text, per_page=100, facets=())).hits]

    assert ranked(query) == ranked(other) != []


@pytest.mark.parametrize(("query", "text"), MATCHING)
def test_finds(engine: Engine, query: str, text: str) -> None:
    assert text in found(engine, query)


@pytest.mark.parametrize(("query", "text"), MISSING)
def test_does_not_find(engine: Engine, query: str, text: str) -> None:
    assert text not in found(engine, query)


def check_pieces(folder: Path, texts: Sequence[str], pieces: Iterable[str]) -> None:
    """Search the pieces, in quotes, in a collection of the texts."""
    records: list[dict[str, object]] = [{"doi": f"10.5555/{n}", "abstract": text} for n, text in enumerate(texts)]
    build([str(write_jsonl(folder / "texts.jsonl", records))], str(folder / "index"))
    skeletons = list(map(Skeleton, texts))
    with closing(open_engine(str(folder / "index"))) as opened:
        for piece in pieces:
            asked = Skeleton(piece)
            holding = {n for n, one in enumerate(skeletons) if one.contains(asked)}
            assert holding
            hits = search(opened, SearchRequest(f'"{piece}"', per_page=100, facets=())).hits
            assert {int(hit.record.id.partition("/")[2]) for hit in hits} == holding, piece
            marks = Highlighter(compile_query(f'"{piece}"', Reading()).query)
            for n in {*holding, min(holding) - 1} - {-1}:
                marked = [texts[n][start:end] for start, end in marks.matches("abstract_zh", texts[n])]
                assert bool(marked) is (n in holding), piece
                assert all(asked.text in Skeleton(mark).text for mark in marked), piece


def test_a_quoted_piece_of_a_real_abstract_finds_the_abstracts_that_hold_it(tmp_path: Path) -> None:
    chance = random.Random(4)
    # A straight mark would end the quotation, and an asterisk at a letter makes a pattern of it.
    texts = [re.sub('["*]', " ", text) for text in chinese_abstracts(8)]
    check_pieces(tmp_path, texts, [piece_with_han(text, length, chance) for text in texts for length in range(1, 13)])


def test_a_quoted_piece_of_a_made_text_finds_the_texts_that_hold_it(tmp_path: Path) -> None:
    """Latin words, numbers, signs, Greek letters and odd characters as close to Chinese as no author sets them."""
    chance = random.Random(4)
    parts = [part for part in MIXED if not {"“", "\n"} & set(part)]
    texts = ["患者" + "".join(chance.choices(parts, k=40)) for _ in range(60)]
    pieces = [piece_with_han(text, chance.randint(1, 12), chance) for text in texts for _ in range(8)]
    check_pieces(tmp_path, texts, pieces)
