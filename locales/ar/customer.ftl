### What the customer's pages say of their own, in Arabic. What is put in stands between marks that keep its own
### direction; the digits are those of the mails. Ask ARABIC-FORM which of the six forms a number takes: the rules
### that come with Fluent are right up to 99 only.

language-label = اللغة

## First step
answer-title = كيف كانت خدمتنا؟
about = { $service } يوم { $date }.
about-with = { $service } يوم { $date } مع { $people }.
names-next = { $names }، { $name }
names-last = { $names } و{ $name }
duration = يستغرق ذلك نحو نصف دقيقة.
preselected = اخترت { $score } في رسالتنا. يمكنك تغييرها إن شئت.
send-answer = إرسال إجابتي
honeypot = اترك هذا الحقل فارغًا

## Second step
more-title = شكرًا لك، وصلتنا إجابتك
more-lead = إن رغبت، أخبرنا بالمزيد. يمكنك ترك ما لا تود الإجابة عنه.
no-answer = بلا إجابة
comment = هل هناك ما ينبغي أن نعرفه؟
comment-hint = إن رغبت. يُرجى عدم ذكر الأمور الصحية أو الخاصة.
call-me = أرجو الاتصال بي بهذا الشأن
send = إرسال
choose-shown = اختر إحدى الإجابات المعروضة.
yes = نعم
no = لا
call-when = ما الوقت الأنسب لك؟
call-morning = صباحًا
call-midday = ظهرًا
call-afternoon = بعد الظهر
call-evening = مساءً
call-number = رقم هاتفك، إن كان غير المعتاد
call-number-wrong = يُرجى كتابة رقم هاتف، مثل 020 7946 0114.
changeable-until = يمكنك تغيير إجابتك حتى يوم { $until }.

## Mistakes
error-title = يُرجى مراجعة ما يلي
error-prefix = يُرجى التصحيح:
choose = يُرجى اختيار رقم.
choose-between = يُرجى اختيار رقم من { $min } إلى { $max }.
comment-too-long =
    يُرجى اختصار تعليقك إلى { ARABIC-FORM($max) ->
        [zero] { $max } حرف
        [one] حرف واحد
        [two] حرفين
        [few] { $max } أحرف
        [many] { $max } حرفًا
       *[other] { $max } حرف
    }. طوله الآن { ARABIC-FORM($count) ->
        [zero] { $count } حرف
        [one] حرف واحد
        [two] حرفان
        [few] { $count } أحرف
        [many] { $count } حرفًا
       *[other] { $count } حرف
    }.
form-expired = ظلت هذه الصفحة مفتوحة مدة طويلة. لم يُحفظ شيء بعد: يُرجى إرسال إجابتك مرة أخرى.
form-changed = احتوى هذا النموذج على سؤال لا نطرحه. لم يُحفظ شيء بعد: يُرجى مراجعته وإرساله.

## After sending
thanks-title = شكرًا لك
thanks-text = وصلتنا إجابتك.
thanks-call = طلبت أن نتصل بك. سيتصل بك شخص من مكتبنا.
given = ما أخبرتنا به
of = { $value } من { $max }
quoted = «{ $text }»
change = تغيير إجابتي
change-until = حتى يوم { $until }. وبعد ذلك تبقى كما هي.
stands = انتهت مهلة التغيير. تبقى إجابتك كما هي.
tell-others = إن أحببت، أخبر الآخرين عن تجربتك

## Nothing to answer
kept-title = تعذّر علينا حفظ إجابتك الآن
kept-text = لم يضِع شيء مما أدخلته: كله موجود في هذه الصفحة. يُرجى الانتظار لحظة ثم إرساله مرة أخرى.
kept-again = إرسال مرة أخرى
closed-title = انتهى هذا الاستبيان
closed-text = انتهت مهلة الإجابة، ولم يعد ممكنًا إرسال أي شيء هنا. إذا بقيت مشكلة ما، فيُرجى إخبارنا بها مباشرة.
unknown-title = هذا الرابط لا يؤدي إلى أي صفحة
unknown-text = ربما فُقد جزء منه عند نسخه، أو لم يعد صالحًا. يُرجى فتح الرابط الوارد في آخر رسالة منا مرة أخرى.

## Cards
code-title = أدخل الرمز المكتوب على بطاقتك
code-lead = تجده على البطاقة: عشرة أحرف وأرقام. لا فرق بين الأحرف الكبيرة والصغيرة، ولا تهم المسافات والشرطات.
code-label = رمزك
code-wrong = لا نعرف هذا الرمز. يُرجى النظر إلى البطاقة مرة أخرى: يتكون من عشرة أحرف وأرقام، مثل K7QM-2XB9-4T. تعمل البطاقة لمدة محدودة.
code-go = متابعة
card-title = أخبرنا كيف كانت الخدمة
card-how = امسح النقش، أو افتح { $address } وأدخل هذا الرمز:
card-until = تعمل البطاقة حتى { $date }.

## Stopping the mails
stop-title = هل تريد إيقاف هذه الرسائل؟
stop-text = لن تسألك { $organisation } بعد ذلك عن رأيك في خدمتها، لا بالبريد الإلكتروني ولا بالهاتف. ولا يشمل ذلك الرسائل المتعلقة بطلباتك ومواعيدك.
stop-nothing-yet = لم يتغير شيء بعد. يلزم الضغط على الزر.
stop-button = إيقاف هذه الرسائل
stopped-title = لن نسألك مرة أخرى
stopped-text = لن تسألك { $organisation } عن رأيك في خدمتها بعد الآن، لا بالبريد الإلكتروني ولا بالهاتف. وإن كنت قد أرسلت إجابة من قبل فإنها تبقى كما هي.

## At the foot of a page
why = وصلك هذا لأن { $organisation } قدّمت لك خدمة. تُقرأ إجابتك هناك لتحسين الخدمة، وتُحتسب أيضًا في تقييم من خدموك.
stop-link = إيقاف هذه الرسائل
privacy-link = ماذا يحدث لإجابتي
imprint-link = من نحن

## Privacy; a blank line begins a paragraph
privacy-title = ماذا يحدث لإجابتك
privacy-responsible-title = من المسؤول
privacy-responsible = تسألك { $organisation } وتحتفظ بإجابتك. تجد عنوانها في أسفل هذه الصفحة. وهي تشغّل هذا البرنامج بنفسها.
privacy-stored-title = ما الذي يُحفظ
privacy-stored =
    عن الخدمة: ما الذي أُنجز، ومتى، ومن أنجزه، وكيف يمكن الوصول إليك، كما دوّنته { $organisation } لأداء عملها. وقد يُدوَّن ما يساعد على خدمتك جيدًا، مثل مكان الجرس، لمدة سنتين على الأكثر.

    عن الاستبيان: متى سُئلت وهل وصلت الرسالة. يُحفظ فتح الرابط 30 يومًا، من دون عنوانك على الإنترنت، للتمييز بين برامج فحص البريد والأشخاص. ولا يُعدّ إجابة أبدًا ولا يدخل في أي تقييم.

    منك: الأرقام التي تختارها، وتعليقك إن كتبت تعليقًا، وهل تريد أن نتصل بك، ومتى، وعلى أي رقم. وإذا غيّرت إجابة حُفظت معها نسخها السابقة.
privacy-use-title = فيمَ يُستخدم
privacy-use =
    لإصلاح ما حدث من خطأ، ولمعرفة ما ينبغي تحسينه في الخدمة.

    تُحتسب أرقامك أيضًا في تقييم الموظفين الذين خدموك. ويُجمع التقييم من إجابات كثيرة. أما ما يترتب عليه فيقرره أشخاص، لا البرنامج أبدًا.
privacy-readers-title = من يطّلع عليه
privacy-readers =
    العاملون لدى { $organisation } الذين يحتاجون إليه في هذا العمل. وإذا طلبت الاتصال بك، فالشخص الذي يتصل بك أيضًا.

    لا تحتوي الرسائل ولا هذه الصفحات على أي بكسل للتتبّع، ولا تحمّل هذه الصفحات شيئًا من جهات أخرى.
privacy-time-title = إلى متى
privacy-time =
    يعمل الرابط الوارد في الرسالة لمدة { ARABIC-FORM($days) ->
        [zero] { $days } يوم
        [one] يوم واحد
        [two] يومين
        [few] { $days } أيام
        [many] { $days } يومًا
       *[other] { $days } يوم
    }. وتحدد { $organisation } مدة حفظ إجابتك بعد ذلك، وتخبرك بها إن سألت.

    إذا أوقفت الرسائل فسيُحفظ طلبك هذا، وإلا لما أمكن احترامه.
privacy-rights-title = حقوقك
privacy-rights =
    الإجابة متروكة لك، ولا يترتب على عدم الإجابة أي شيء بالنسبة إليك.

    يمكنك أن تسأل { $organisation } عمّا يُحفظ عنك، وأن تطلب تصحيحه أو حذفه أو تقييد استخدامه، وأن تحصل على نسخة منه، وأن تسحب موافقتك، وأن تعترض على استخدامه. كما يمكنك تقديم شكوى إلى إحدى سلطات حماية البيانات.

    تحتوي كل رسالة على رابط لإيقاف هذه الرسائل.

## On the phone
phone-hello = مرحبًا { $customer }، معكم { $organisation }.
phone-hello-unnamed = مرحبًا، معكم { $organisation }.
phone-ask = هل تسمح لي بأن أطرح عليك بعض الأسئلة القصيرة عن ذلك؟ يستغرق الأمر دقيقتين.
phone-service = لقد أخبرتنا بذلك، ونود أن نصلح ما لم يكن على ما يرام. هل لديك لحظة؟
