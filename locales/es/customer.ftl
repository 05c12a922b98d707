### What the customer's pages say of their own, in Spanish, with the polite usted.

language-label = Idioma

## First step
answer-title = ¿Qué tal fue nuestro servicio?
about = { $service }, el { $date }.
about-with = { $service }, el { $date }, con { $people }.
names-next = { $names }, { $name }
# y becomes e before the sound of i: Ada e Inés.
names-last =
    { BEGINS-WITH-I($name) ->
        [yes] { $names } e { $name }
       *[no] { $names } y { $name }
    }
duration = Le llevará alrededor de medio minuto.
preselected = En nuestro mensaje eligió { $score }. Puede cambiarlo si lo desea.
send-answer = Enviar mi respuesta
honeypot = Deje este campo vacío

## Second step
more-title = Gracias, hemos recibido su respuesta
more-lead = Si lo desea, cuéntenos un poco más. Puede dejar sin contestar lo que no quiera responder.
no-answer = Sin respuesta
comment = ¿Hay algo que debamos saber?
comment-hint = Si lo desea. Por favor, no escriba sobre su salud ni sobre otros asuntos privados.
call-me = Llámenme por este asunto, por favor
send = Enviar
choose-shown = Elija una de las respuestas que se ofrecen.
yes = Sí
no = No
call-when = ¿Cuándo le viene mejor?
call-morning = Mañana
call-midday = Mediodía
call-afternoon = Tarde
call-evening = Noche
call-number = Su número, si no es el habitual
call-number-wrong = Escriba un número de teléfono, por ejemplo 910 123 456.
changeable-until = Puede cambiar su respuesta hasta el { $until }.

## Mistakes
error-title = Por favor, revise lo siguiente
error-prefix = Por corregir:
choose = Elija un número.
choose-between = Elija un número del { $min } al { $max }.
comment-too-long =
    Por favor, acorte su comentario a { $max ->
        [one] { $max } carácter
       *[other] { $max } caracteres
    }. Ahora tiene { $count }.
form-expired = Esta página ha estado abierta mucho tiempo. Todavía no se ha guardado nada: por favor, envíe su respuesta otra vez.
form-changed = Este formulario contenía una pregunta que no hacemos. Todavía no se ha guardado nada: por favor, revíselo y envíelo.

## After sending
thanks-title = Gracias
thanks-text = Hemos recibido su respuesta.
thanks-call = Ha pedido que le llamemos. Le telefoneará alguien de nuestra oficina.
given = Lo que nos ha dicho
of = { $value } de { $max }
quoted = «{ $text }»
change = Cambiar mi respuesta
change-until = Hasta el { $until }. Después queda como está.
stands = El plazo para cambiarla ha terminado. Su respuesta queda como está.
tell-others = Si lo desea, cuente a otros cómo fue

## Nothing to answer
kept-title = No hemos podido guardar su respuesta en este momento
kept-text = No se ha perdido nada de lo que ha escrito: todo está en esta página. Espere un momento y envíelo de nuevo.
kept-again = Enviar de nuevo
closed-title = Esta encuesta está cerrada
closed-text = El plazo para responder ha terminado y aquí ya no se puede enviar nada. Si algo sigue sin estar bien, díganoslo directamente, por favor.
unknown-title = Este enlace no lleva a ninguna parte
unknown-text = Quizá se perdió una parte al copiarlo, o ya no es válido. Por favor, abra otra vez el enlace de nuestro último mensaje.

## Cards
code-title = Introduzca el código de su tarjeta
code-lead = Está en la tarjeta: diez letras y números. Las mayúsculas, los espacios y los guiones no importan.
code-label = Su código
code-wrong = No conocemos este código. Por favor, mire otra vez la tarjeta: tiene diez letras y números, por ejemplo K7QM-2XB9-4T. Una tarjeta vale por un tiempo limitado.
code-go = Continuar
card-title = Díganos qué tal fue
card-how = Escanee el dibujo, o abra { $address } e introduzca este código:
card-until = La tarjeta vale hasta el { $date }.

## Stopping the mails
stop-title = ¿No recibir más estos mensajes?
stop-text = { $organisation } ya no le preguntará qué tal fue el servicio, ni por correo electrónico ni por teléfono. Los mensajes sobre sus pedidos y citas no se ven afectados.
stop-nothing-yet = Todavía no ha cambiado nada. Hace falta pulsar el botón.
stop-button = No recibir más estos mensajes
stopped-title = No volveremos a preguntarle
stopped-text = { $organisation } ya no le preguntará qué tal fue el servicio, ni por correo electrónico ni por teléfono. Si ya envió una respuesta, queda como está.

## At the foot of a page
why = Recibe esto porque { $organisation } trabajó para usted. Allí se lee su respuesta para mejorar el servicio; también cuenta en la valoración de quienes le atendieron.
stop-link = No recibir más estos mensajes
privacy-link = Qué ocurre con mi respuesta
imprint-link = Quiénes somos

## Privacy; a blank line begins a paragraph
privacy-title = Qué ocurre con su respuesta
privacy-responsible-title = Quién es responsable
privacy-responsible = { $organisation } le pregunta y guarda su respuesta. Encontrará su dirección al final de esta página. Este programa lo gestiona directamente { $organisation }.
privacy-stored-title = Qué se guarda
privacy-stored =
    Sobre el servicio: qué se hizo, cuándo, quién lo hizo y cómo ponerse en contacto con usted, tal como lo anotó { $organisation } para su trabajo. Lo que ayuda a atenderle bien, por ejemplo dónde tocar el timbre, puede anotarse por dos años como máximo.

    Sobre la encuesta: cuándo se le preguntó y si llegó el mensaje. Que se abra un enlace se guarda durante 30 días, sin su dirección de internet, para distinguir los filtros de correo de las personas. Nunca se toma por una respuesta ni cuenta en ninguna puntuación.

    De su parte: los números que elija, su comentario si escribe uno, y si desea que le llamemos, cuándo y a qué número. Si cambia una respuesta, sus versiones anteriores se conservan con ella.
privacy-use-title = Para qué se usa
privacy-use =
    Para arreglar lo que salió mal y para ver dónde debería mejorar el servicio.

    Sus números también cuentan en la valoración de los empleados que le atendieron. Cada valoración reúne muchas respuestas. Lo que se haga con ella lo deciden personas, nunca el programa.
privacy-readers-title = Quién lo ve
privacy-readers =
    Las personas de { $organisation } que lo necesitan para este trabajo. Si pide que le llamemos, también la persona que le llame.

    Ni los mensajes ni estas páginas contienen píxeles de seguimiento, y estas páginas no cargan nada de terceros.
privacy-time-title = Cuánto tiempo
privacy-time =
    El enlace del mensaje funciona durante { $days ->
        [one] { $days } día
       *[other] { $days } días
    }. Cuánto tiempo se conserva después su respuesta lo decide { $organisation }, que se lo dirá si lo pregunta.

    Si rechaza estos mensajes, ese deseo se guarda, porque de otro modo no se podría respetar.
privacy-rights-title = Sus derechos
privacy-rights =
    Usted decide si responde. No responder no tiene ninguna consecuencia para usted.

    Puede preguntar a { $organisation } qué datos suyos se guardan, hacer que se corrijan o se borren, hacer que se limite su uso, recibir una copia, retirar un consentimiento y oponerse a su uso. También puede presentar una reclamación ante una autoridad de protección de datos.

    Cada mensaje contiene un enlace para no recibir más.

## On the phone
phone-hello = Buenos días, { $customer }, le llamo de { $organisation }.
phone-hello-unnamed = Buenos días, le llamo de { $organisation }.
phone-ask = ¿Puedo hacerle unas preguntas cortas al respecto? Son dos minutos.
phone-service = Usted nos lo comentó, y queremos arreglar lo que no estuvo bien. ¿Tiene un momento?
