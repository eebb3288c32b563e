/** The languages that the stand-in has words in. */
export type Language = 'en' | 'ur'

/** Arabic letters are taken for Urdu: the course has no other language that is written with them. */
export const languageOf = (text: string): Language => (/\p{Script=Arabic}/u.test(text) ? 'ur' : 'en')

const EN = {
  hello:
    'Hello! I am a small stand-in for a language model: I understand little, but I can look things up in the lessons. ' +
    'Ask a question about robots, or write “quiz me”, “which robot suits me?”, “open the lesson on SLAM”, ' +
    '“sum up this page” or “mark this lesson as done”.',
  nothing:
    'The lessons say nothing about that. Try other words, or ask about something that a lesson covers: ' +
    'quaternions, SLAM, sensors, PID control. You can also write “quiz me”.',
  opened: 'The lesson is open.',
  notOpened: 'The lesson could not be opened here. Its link is on the first page.',
  marked: 'Done. It is marked on the first page, too.',
  notMarked: 'All right, it stays as it is.',
  whichLesson: 'Which lesson do you mean? Name its subject, or open it first.',
  received: 'This came with your message:',
  cannotRead:
    'A stand-in cannot look at pictures or read files; with a language model, the tutor can. Nothing is lost: the ' +
    'files stay in this conversation.',
  skipped:
    'Fine, then without. Any lesson is a good beginning; the first one tells how a robot’s programs talk.',
  youSaid: 'You said:',
  suits: 'With that in mind, this part of the course fits:',
  robotQuestion: 'Which robot do you have, or would you like to have?',
  robots: ['Wheels on the floor', 'An arm on a table', 'A camera that looks', 'Only a simulator'],
  aimQuestion: 'What should it learn to do first?',
}

const UR: typeof EN = {
  hello:
    'السلام علیکم! میں زبان کے ماڈل کی جگہ کام کرنے والا ایک چھوٹا سا پروگرام ہوں۔ میں کم سمجھتا ہوں، مگر اسباق میں ' +
    'تلاش کر سکتا ہوں۔ روبوٹ کے بارے میں کچھ پوچھیے، یا لکھیے: ”کوئز“، ”کون سا روبوٹ میرے لیے ٹھیک ہے؟“ یا ”خلاصہ“۔',
  nothing:
    'اسباق میں اس کے بارے میں کچھ نہیں ملا۔ دوسرے لفظوں میں پوچھیے، یا کسی سبق کے موضوع پر پوچھیے، مثلاً رکنے کا ' +
    'فاصلہ یا ہنگامی بٹن۔ زیادہ تر اسباق انگریزی میں ہیں۔',
  opened: 'سبق کھل گیا ہے۔',
  notOpened: 'سبق یہاں نہیں کھل سکا۔ اس کا پتا پہلے صفحے پر موجود ہے۔',
  marked: 'ہو گیا۔ پہلے صفحے پر بھی اس کا نشان لگ گیا ہے۔',
  notMarked: 'ٹھیک ہے، کچھ نہیں بدلا۔',
  whichLesson: 'آپ کا مطلب کس سبق سے ہے؟ اس کا موضوع بتائیے یا پہلے اسے کھولیے۔',
  received: 'آپ کے پیغام کے ساتھ یہ ملا:',
  cannotRead: 'یہ چھوٹا پروگرام تصویریں دیکھ نہیں سکتا اور فائلیں پڑھ نہیں سکتا؛ زبان کا ماڈل یہ کر سکتا ہے۔',
  skipped: 'کوئی بات نہیں۔ کسی بھی سبق سے شروع کر لیجیے۔',
  youSaid: 'آپ نے کہا:',
  suits: 'اس لحاظ سے کورس کا یہ حصہ مناسب رہے گا:',
  robotQuestion: 'آپ کے پاس کون سا روبوٹ ہے، یا آپ کون سا چاہتے ہیں؟',
  robots: ['فرش پر پہیوں والا', 'میز پر لگا بازو', 'دیکھنے والا کیمرا', 'صرف نقلی ماحول'],
  aimQuestion: 'اسے سب سے پہلے کیا سیکھنا چاہیے؟',
}

export const WORDS: Record<Language, typeof EN> = { en: EN, ur: UR }

/** What is looked up for each choice of the form, in its order. */
export const ROBOT_SEARCHES = [
  'wheel odometry differential drive',
  'robot arm joints inverse kinematics planning',
  'camera pinhole model pixels',
  'physics simulator step',
]
